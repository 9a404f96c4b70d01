// An attribute is given once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[unique] #[unique] name: String }

fn main() {}
