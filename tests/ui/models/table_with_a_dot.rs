// A table of another schema is reached by the search path.
use signals::prelude::*;

#[model(table = "audit.entry")]
struct User { #[key] id: Id<User> }

fn main() {}
