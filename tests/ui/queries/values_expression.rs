// Columns are read, and nothing is computed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn ages(db: &Db) -> Result<Vec<i64>> {
    User::query().values(|user| user.age.add(1)).all(db).await
}

fn main() {}
