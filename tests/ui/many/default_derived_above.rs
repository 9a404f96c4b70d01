// A derive above `#[model]` does not see the defaults of the fields.
use signals::prelude::*;

#[derive(Default)]
#[model]
struct User { #[key] id: Id<User>, #[default(true)] active: bool }

fn main() {}
