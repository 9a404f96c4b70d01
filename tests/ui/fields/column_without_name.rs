// `#[column]` gives the column another name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[column] name: String }

fn main() {}
