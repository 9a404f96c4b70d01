// A query is sent when it is awaited.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<()> {
    for user in User::filter(|user| user.age.ge(18)).all(db)? {
        println!("{}", user.username);
    }
    Ok(())
}

fn main() {}
