// A relation has two sides.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
#[derive(Default)]
struct Member {
    #[key] id: Id<Member>,
    #[foreign_key(on_delete = cascade)] group: Id<Group>,
    #[foreign_key(on_delete = cascade)] user: Id<User>,
}
#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Member, through_fields(id, user, group))] groups: ManyToMany<Group> }

fn main() {}
