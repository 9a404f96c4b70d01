// A model is saved on a `Db` or in a `Tx`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

async fn save(user: &mut User) -> Result<()> {
    user.save(&"users.db").await
}

fn main() {}
