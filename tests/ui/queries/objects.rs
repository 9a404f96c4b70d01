// A model has no manager: `User::filter(..)` begins a query.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::objects().all(db).await
}

fn main() {}
