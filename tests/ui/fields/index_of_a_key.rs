// A key has an index.
use signals::prelude::*;

#[model]
struct User { #[key] #[index] id: Id<User> }

fn main() {}
