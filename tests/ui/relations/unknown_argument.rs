// The error for a misspelt argument offers the nearest one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delet = cascade)] user: Id<User> }

fn main() {}
