// A column is named in a closure.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn most(db: &Db) -> Result<Option<i64>> {
    User::query().max(db, "age").await
}

fn main() {}
