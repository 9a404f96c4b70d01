// A many-to-many relation is a field of the type `ManyToMany`.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: Vec<Id<Group>> }

fn main() {}
