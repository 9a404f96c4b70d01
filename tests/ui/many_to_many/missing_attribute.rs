// A field of the type `ManyToMany` needs the attribute.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, groups: ManyToMany<Group> }

fn main() {}
