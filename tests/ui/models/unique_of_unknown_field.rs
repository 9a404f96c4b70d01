// What is unique together is fields of the model.
use signals::prelude::*;

#[model(unique(emial, team))]
struct User { #[key] id: Id<User>, email: String, team: i64 }

fn main() {}
