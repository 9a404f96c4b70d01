// A value is compared without `Some`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, nickname: Option<String>, age: i64 }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.nickname.eq(Some("ann"))).all(db).await
}

fn main() {}
