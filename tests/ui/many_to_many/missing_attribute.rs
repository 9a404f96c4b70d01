// A field of the type `Many` says what it is.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, groups: Many<Group> }

fn main() {}
