// A field that is unique by itself says so itself.
use signals::prelude::*;

#[model(unique(email))]
struct User { #[key] id: Id<User>, email: String }

fn main() {}
