// `unique` of a model needs fields.
use signals::prelude::*;

#[model(unique)]
struct User { #[key] id: Id<User>, email: String }

fn main() {}
