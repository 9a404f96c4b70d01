// A row of the through model starts as its `Default`.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct Member {
    #[key] id: Id<Member>,
    #[foreign_key(on_delete = cascade)] group: Id<Group>,
    #[foreign_key(on_delete = cascade)] user: Id<User>,
}
#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Member)] groups: ManyToMany<Group> }

fn main() {}
