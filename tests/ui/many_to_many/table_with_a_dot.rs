// The table of a relation follows the rules of other tables.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(table = "audit.groups", symmetrical = false)] groups: ManyToMany<User> }

fn main() {}
