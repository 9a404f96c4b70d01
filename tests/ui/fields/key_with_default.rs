// The database generates the number of an `Id`.
use signals::prelude::*;

#[model]
struct User { #[key] #[default(Id::new(1))] id: Id<User> }

fn main() {}
