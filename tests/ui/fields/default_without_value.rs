// `#[default]` says what the default is.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[default] name: String }

fn main() {}
