// `related_name` becomes a method.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile {
    #[key] id: Id<Profile>,
    #[one_to_one(on_delete = cascade, related_name = "the profile")] user: Id<User>,
}

fn main() {}
