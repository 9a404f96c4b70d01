// The name of a table is one line.
use signals::prelude::*;

#[model(table = "users\n")]
struct User { #[key] id: Id<User> }

fn main() {}
