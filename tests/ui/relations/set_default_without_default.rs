// `set_default` needs a default.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = set_default)] user: Id<User> }

fn main() {}
