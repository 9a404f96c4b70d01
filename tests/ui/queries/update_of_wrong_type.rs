// A column is set to a value of its type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn update(db: &Db) -> Result<u64> {
    User::query().update(db, |user| user.age.set("x")).await
}

fn main() {}
