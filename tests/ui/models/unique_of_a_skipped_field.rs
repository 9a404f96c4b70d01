// `unique` of a model names columns.
use signals::prelude::*;

#[model(unique(email, cache))]
struct User { #[key] id: Id<User>, email: String, #[skip] cache: String }

fn main() {}
