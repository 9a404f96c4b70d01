// `ids` belong to either side, depending on the call.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_changed, sender = UserGroups)]
fn watch(ids: &[Id<Group>]) {}

fn main() {}
