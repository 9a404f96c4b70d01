// A column has no dot in its name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[column(name = "user.name")] name: String }

fn main() {}
