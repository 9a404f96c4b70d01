// The name of a table is text in quotes.
use signals::prelude::*;

#[model(table = users)]
struct User { #[key] id: Id<User> }

fn main() {}
