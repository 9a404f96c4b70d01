// A through model has a foreign key to each side.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
#[derive(Default)]
struct Membership { #[key] id: Id<Membership>, #[foreign_key(on_delete = cascade)] user: Id<User> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Membership)] groups: ManyToMany<Group> }

fn main() {}
