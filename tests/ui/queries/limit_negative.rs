// A number of rows is not negative.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::query().limit(-1).all(db).await
}

fn main() {}
