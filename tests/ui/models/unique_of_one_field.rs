// A single unique field has the attribute itself.
use signals::prelude::*;

#[model(unique(email))]
struct User { #[key] id: Id<User>, email: String }

fn main() {}
