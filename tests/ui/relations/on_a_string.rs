// A relation is an `Id` of the model that it points to.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[foreign_key(on_delete = cascade)] group: String }

fn main() {}
