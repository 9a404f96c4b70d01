// The rows are counted by `count`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn is_full(db: &Db) -> Result<bool> {
    Ok(User::filter(|user| user.active.eq(true)).len() > 9)
}

fn main() {}
