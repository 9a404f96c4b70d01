// An `Id` has its number from the database.
use signals::prelude::*;

#[model]
struct User { #[key] #[default(Id::new(1))] id: Id<User> }

fn main() {}
