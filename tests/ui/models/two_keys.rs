// A model has one key.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[key] name: String }

fn main() {}
