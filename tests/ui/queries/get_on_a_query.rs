// A query is sent by `one` for its only row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn user(db: &Db) -> Result<User> {
    User::filter(|user| user.username.eq("ann")).get(db).await
}

fn main() {}
