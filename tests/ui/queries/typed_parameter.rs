// The parameter of a closure is the columns of the model, not a row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user: &User| user.age >= 18).all(db).await
}

fn main() {}
