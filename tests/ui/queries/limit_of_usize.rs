// A number of rows is a `u64`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db, n: usize) -> Result<Vec<User>> {
    User::query().limit(n).all(db).await
}

fn main() {}
