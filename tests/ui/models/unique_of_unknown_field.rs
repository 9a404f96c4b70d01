// `unique` of a model names its fields.
use signals::prelude::*;

#[model(unique(emial, team))]
struct User { #[key] id: Id<User>, email: String, team: i64 }

fn main() {}
