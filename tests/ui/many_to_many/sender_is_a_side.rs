// `m2m_changed` is sent by the model between the two.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: Many<Group> }

#[receiver(m2m_changed, sender = User)]
fn watch(action: M2m) {}

fn main() {}
