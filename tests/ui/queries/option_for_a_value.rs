// An `Option` is taken apart before it is compared.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db, name: Option<String>) -> Result<Vec<User>> {
    User::filter(|user| user.username.eq(name)).all(db).await
}

fn main() {}
