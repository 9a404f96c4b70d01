// Only numbers have a sum.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn sum(db: &Db) -> Result<i64> {
    User::query().sum(db, |user| user.username).await
}

fn main() {}
