// What is unique must be said.
use signals::prelude::*;

#[model(unique)]
struct User { #[key] id: Id<User>, email: String }

fn main() {}
