// A table has a name.
use signals::prelude::*;

#[model(table = "")]
struct User { #[key] id: Id<User> }

fn main() {}
