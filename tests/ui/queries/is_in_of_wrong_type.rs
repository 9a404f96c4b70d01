// `is_in` takes values of the type of the column.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.age.is_in(["a"])).all(db).await
}

fn main() {}
