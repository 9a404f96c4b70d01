// A plain attribute takes no arguments.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[unique(true)] name: String }

fn main() {}
