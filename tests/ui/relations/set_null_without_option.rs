// Only an `Option` can become NULL.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = set_null)] user: Id<User> }

fn main() {}
