// The methods of fields have the names of operators in Rust.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.username.equals("ann")).all(db).await
}

fn main() {}
