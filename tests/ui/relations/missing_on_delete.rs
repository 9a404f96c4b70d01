// A relation says what happens to its row when the other row is deleted.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one] user: Id<User> }

fn main() {}
