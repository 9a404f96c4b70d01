// A string is the key of a model whose key is a `String`, and of no other.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }

async fn ann(db: &Db) -> Result<Option<User>> {
    User::get(db, "ann").await
}

fn main() {}
