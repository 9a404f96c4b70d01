// What is not there yet says so.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Group { #[key] id: Id<Group>, #[many_to_many] users: Id<User> }

fn main() {}
