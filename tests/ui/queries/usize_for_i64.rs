// A `usize` is converted: its upper half is in no column.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db, least: usize) -> Result<Vec<User>> {
    User::filter(|user| user.age.ge(least)).all(db).await
}

fn main() {}
