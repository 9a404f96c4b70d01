// The field names the model, not its id.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Id<Group>> }

fn main() {}
