// The sender of `m2m_changed` is the through model.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_changed, sender = User::groups)]
fn watch() {}

fn main() {}
