// Two relations to one model need two names for their other sides.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Post {
    #[key] id: Id<Post>,
    #[foreign_key(on_delete = cascade)] author: Id<User>,
    #[foreign_key(on_delete = set_null)] editor: Option<Id<User>>,
}

fn main() {}
