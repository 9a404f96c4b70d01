// A column is compared with a column of its type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.username.eq(user.age)).all(db).await
}

fn main() {}
