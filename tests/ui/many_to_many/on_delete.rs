// A row of the through model is deleted with either of its two rows.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(on_delete = cascade)] groups: ManyToMany<Group> }

fn main() {}
