// A query is sent by `all` and others.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn users(db: &Db) -> Result<()> {
    for user in User::filter(|user| user.age.ge(18)) {
        println!("{}", user.username);
    }
    Ok(())
}

fn main() {}
