// The table of a relation is a table like others.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(table = "audit.groups", symmetrical = false)] groups: ManyToMany<User> }

fn main() {}
