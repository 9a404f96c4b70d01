// The name of a table has no line break.
use signals::prelude::*;

#[model(table = "users\n")]
struct User { #[key] id: Id<User> }

fn main() {}
