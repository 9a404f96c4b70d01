// `is_in` takes a list: for a part of a text, there is `contains`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.username.is_in("ann")).all(db).await
}

fn main() {}
