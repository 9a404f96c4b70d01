// NULL is found by a method of its own.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, nickname: Option<String>, age: i64 }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.nickname.is_none()).all(db).await
}

fn main() {}
