// Rows are related by their ids.
use signals::prelude::*;

#[model]
struct Country { #[key] code: String }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] visited: ManyToMany<Country> }

fn main() {}
