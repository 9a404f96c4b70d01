// Rows are related by their ids.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Country { #[key] code: String, #[many_to_many] visitors: ManyToMany<User> }

fn main() {}
