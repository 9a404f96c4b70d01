// A relation is with a model.
use signals::prelude::*;

struct Group;

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

fn main() {}
