// Rows are ordered by columns.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::order_by(|user| user.age.ge(18)).all(db).await
}

fn main() {}
