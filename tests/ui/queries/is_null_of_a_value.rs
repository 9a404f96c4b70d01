// Only the values of an `Option` are NULL.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.username.is_null()).all(db).await
}

fn main() {}
