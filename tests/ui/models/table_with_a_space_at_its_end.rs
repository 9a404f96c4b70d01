// The name of a table does not end in a space, which is hard to see.
use signals::prelude::*;

#[model(table = "users ")]
struct User { #[key] id: Id<User> }

fn main() {}
