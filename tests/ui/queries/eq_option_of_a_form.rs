// A search form adds a condition for each field that is filled in.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, nickname: Option<String>, age: i64 }

async fn users(db: &Db, name: Option<String>) -> Result<Vec<User>> {
    User::filter(|user| user.nickname.eq(&name)).all(db).await
}

fn main() {}
