// The through model sends what was committed, and not the model with the field.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_commit, sender = User)]
fn sync() {}

fn main() {}
