// A column of a type of your own is compared with values of that type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, born: Day, active: bool }

#[derive(Clone, signals::Column)]
struct Day(i64);

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.born.lt(3)).all(db).await
}

fn main() {}
