// `#[default]` needs a value.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[default] name: String }

fn main() {}
