// Only a field with an `Option` becomes NULL.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn reset(db: &Db) -> Result<u64> {
    User::query().update(db, |user| user.age.set(None)).await
}

fn main() {}
