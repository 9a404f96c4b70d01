// A many-to-many field is no column.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] #[unique] groups: ManyToMany<Group> }

fn main() {}
