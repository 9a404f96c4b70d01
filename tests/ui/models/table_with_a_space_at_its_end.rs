// A space that is hardly seen would be a part of the name.
use signals::prelude::*;

#[model(table = "users ")]
struct User { #[key] id: Id<User> }

fn main() {}
