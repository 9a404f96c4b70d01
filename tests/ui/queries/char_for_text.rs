// A column is compared with values of its type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.username.starts_with('a')).all(db).await
}

fn main() {}
