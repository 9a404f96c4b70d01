// The error for a misspelt argument offers the nearest one.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(related_nam = "members")] groups: ManyToMany<Group> }

fn main() {}
