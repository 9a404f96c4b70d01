// A through model that the user writes already has its table.
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
struct User { #[key] id: Id<User>, #[many_to_many(through = Member, table = "m")] groups: ManyToMany<Group> }

fn main() {}
