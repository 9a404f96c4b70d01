// Both ends have the type of the column.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.age.between(1, 2.0)).all(db).await
}

fn main() {}
