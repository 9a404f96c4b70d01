// Fields are compared by methods, also when there are two mistakes.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.age > 18 && user.active == true).all(db).await
}

fn main() {}
