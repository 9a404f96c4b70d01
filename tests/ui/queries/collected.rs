// A query is sent by `all`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    let users: Vec<User> = User::filter(|user| user.age.ge(18)).collect();
    Ok(users)
}

fn main() {}
