// A misspelt attribute is answered with the nearest one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[uniqe] name: String }

fn main() {}
