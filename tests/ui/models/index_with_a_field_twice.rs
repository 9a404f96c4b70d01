// An index names a field once.
use signals::prelude::*;

#[model(index(email, team, email))]
struct User { #[key] id: Id<User>, email: String, team: i64 }

fn main() {}
