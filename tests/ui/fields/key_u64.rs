// The largest integer of a database is an `i64`. What uses the key is not a second error.
use signals::prelude::*;

#[model]
struct User { #[key] id: u64, name: String }

async fn find(db: &Db) -> Result<Option<User>> { User::get(db, 7).await }

fn main() {}
