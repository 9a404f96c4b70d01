// After the commit, the ids are those that were added and those that were removed.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_commit, sender = UserGroups)]
fn sync(ids: &dyn signals::many_to_many::AnyIds) {}

fn main() {}
