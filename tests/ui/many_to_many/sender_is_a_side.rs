// The through model sends `m2m_changed`.
use signals::prelude::*;
use signals::many_to_many::M2mAction;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_changed, sender = User)]
fn watch(action: M2mAction) {}

fn main() {}
