// What is derived above `#[model]` does not know of its defaults.
use signals::prelude::*;

#[derive(Default)]
#[model]
struct User { #[key] id: Id<User>, #[default(true)] active: bool }

fn main() {}
