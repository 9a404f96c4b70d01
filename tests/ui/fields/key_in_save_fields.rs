// The key is never saved by name: `User::fields()` does not have it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

async fn save(db: &Db, user: &mut User) -> Result<()> {
    user.save_fields(db, User::fields().id).await
}

fn main() {}
