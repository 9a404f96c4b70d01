// The key of a row is not saved: `User::fields()` does not have it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

async fn save(db: &Db, user: &mut User) -> Result<()> {
    user.save_fields(db, User::fields().id).await
}

fn main() {}
