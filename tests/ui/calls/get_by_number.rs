// `get` takes the key of the model: an `Id` is made of a number.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }

async fn first(db: &Db) -> Result<Option<User>> {
    User::get(db, 1).await
}

fn main() {}
