// `through_fields` names fields of the model that `through` names.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through_fields(user, group))] groups: ManyToMany<Group> }

fn main() {}
