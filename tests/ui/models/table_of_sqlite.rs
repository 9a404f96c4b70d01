// SQLite keeps some names for itself.
use signals::prelude::*;

#[model(table = "sqlite_users")]
struct User { #[key] id: Id<User> }

fn main() {}
