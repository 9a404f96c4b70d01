// A column has a name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[column(name = "")] name: String }

fn main() {}
