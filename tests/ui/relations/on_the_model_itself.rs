// A relation is the `Id` of a row, not the row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = cascade)] user: User }

fn main() {}
