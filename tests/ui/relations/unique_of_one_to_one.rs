// One to one is unique.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Profile {
    #[key] id: Id<Profile>,
    #[one_to_one(on_delete = cascade)] #[unique] user: Id<User>,
}

fn main() {}
