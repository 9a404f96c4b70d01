// A column is set by `set`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn update(db: &Db) -> Result<u64> {
    User::query().update(db, |user| user.age = 1).await
}

fn main() {}
