// What is unique together is columns.
use signals::prelude::*;

#[model(unique(email, cache))]
struct User { #[key] id: Id<User>, email: String, #[skip] cache: String }

fn main() {}
