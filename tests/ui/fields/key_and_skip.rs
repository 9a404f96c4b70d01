// The key is a column.
use signals::prelude::*;

#[model]
struct User { #[key] #[skip] id: Id<User> }

fn main() {}
