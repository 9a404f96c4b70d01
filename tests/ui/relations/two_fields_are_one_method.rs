// The method of a relation is named after its field, without `_id`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Post {
    #[key] id: Id<Post>,
    #[foreign_key(on_delete = cascade)] author: Id<User>,
    #[foreign_key(on_delete = cascade, related_name = "written")] #[column(name = "by")] author_id: Id<User>,
}

fn main() {}
