// `filter` returns the narrower query.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn search(db: &Db, name: Option<String>) -> Result<Vec<User>> {
    let mut users = User::query();
    if let Some(name) = name {
        users.filter(|user| user.username.eq(name));
    }
    users.all(db).await
}

fn main() {}
