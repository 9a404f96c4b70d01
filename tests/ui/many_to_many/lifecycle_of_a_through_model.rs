// The through model that `#[many_to_many]` generates only sends `m2m_changed`.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(post_save, sender = UserGroups)]
fn watch(instance: &UserGroups) {}

fn main() {}
