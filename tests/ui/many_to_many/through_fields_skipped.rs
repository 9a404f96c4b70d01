// A field without a column relates no rows.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
#[derive(Default)]
struct Member {
    #[key] id: Id<Member>,
    #[foreign_key(on_delete = cascade)] group: Id<Group>,
    #[skip] user: Id<User>,
}
#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Member, through_fields(user, group))] groups: ManyToMany<Group> }

fn main() {}
