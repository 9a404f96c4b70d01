// Only numbers are computed with.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn update(db: &Db) -> Result<u64> {
    User::query().update(db, |user| user.username.set(user.username.add("!"))).await
}

fn main() {}
