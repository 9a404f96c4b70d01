// A list of fields has fields.
use signals::prelude::*;

#[model(unique())]
struct User { #[key] id: Id<User>, email: String }

fn main() {}
