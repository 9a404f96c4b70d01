// A condition is a closure that gets the columns.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(user.age.ge(18)).all(db).await
}

fn main() {}
