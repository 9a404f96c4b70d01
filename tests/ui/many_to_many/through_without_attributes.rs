// The fields of a through model are foreign keys only with the attribute. If both are missing, it is one error.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
#[derive(Default)]
struct Membership { #[key] id: Id<Membership>, user: Id<User>, group: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Membership)] groups: ManyToMany<Group> }

fn main() {}
