// The name of a table is a string literal.
use signals::prelude::*;

#[model(table = users)]
struct User { #[key] id: Id<User> }

fn main() {}
