// `through` names a model.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[derive(Default)]
struct Membership;

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Membership)] groups: ManyToMany<Group> }

fn main() {}
