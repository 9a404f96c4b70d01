// A table has one name.
use signals::prelude::*;

#[model(table = "users", app = "accounts")]
struct User { #[key] id: Id<User> }

fn main() {}
