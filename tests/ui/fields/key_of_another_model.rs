// The key of a model is an `Id` of itself.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Order { #[key] id: Id<User> }

fn main() {}
