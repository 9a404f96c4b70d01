// Columns are named in a closure.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn ids(db: &Db) -> Result<Vec<Id<User>>> {
    User::query().values("id").all(db).await
}

fn main() {}
