// Only a relation of a model to itself can be symmetrical.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(symmetrical = true)] groups: ManyToMany<Group> }

fn main() {}
