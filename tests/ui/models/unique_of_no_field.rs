// `unique` of a model names at least one field.
use signals::prelude::*;

#[model(unique())]
struct User { #[key] id: Id<User>, email: String }

fn main() {}
