// The error for a misspelt attribute offers the nearest one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[uniqe] name: String }

fn main() {}
