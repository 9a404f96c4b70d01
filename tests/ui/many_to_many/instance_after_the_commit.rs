// A relation is changed from both sides, also after the commit.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_commit, sender = UserGroups)]
fn sync(instance: &User) {}

fn main() {}
