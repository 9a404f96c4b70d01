// Integers of another type are converted.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i32, active: bool }

async fn users(db: &Db, least: i64) -> Result<Vec<User>> {
    User::filter(|user| user.age.ge(least)).all(db).await
}

fn main() {}
