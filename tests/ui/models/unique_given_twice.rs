// The same fields are unique together once, in any order.
use signals::prelude::*;

#[model(unique(email, team), unique(team, email))]
struct User { #[key] id: Id<User>, email: String, team: i64 }

fn main() {}
