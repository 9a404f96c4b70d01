// `is_in` takes a list.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.age.is_in(1)).all(db).await
}

fn main() {}
