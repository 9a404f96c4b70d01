// A query is sent by `all` and others.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.age.ge(18)).all().await
}

fn main() {}
