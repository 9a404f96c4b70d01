// A key is unique, and has an index.
use signals::prelude::*;

#[model]
struct User { #[key] #[unique] #[index] id: Id<User> }

fn main() {}
