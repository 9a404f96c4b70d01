// With several foreign keys to one side, the user says which one is meant.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
#[derive(Default)]
struct Member {
    #[key] id: Id<Member>,
    #[foreign_key(on_delete = cascade)] group: Id<Group>,
    #[foreign_key(on_delete = cascade)] user: Id<User>,
    #[foreign_key(on_delete = set_null, related_name = "invited")] inviter: Option<Id<User>>,
}
#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Member)] groups: ManyToMany<Group> }

fn main() {}
