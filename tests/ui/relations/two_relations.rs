// A field points to one model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile {
    #[key] id: Id<Profile>,
    #[one_to_one(on_delete = cascade)]
    #[foreign_key(on_delete = cascade)]
    user: Id<User>,
}

fn main() {}
