// The attributes of a field are the same in every build.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[cfg_attr(all(), doc = "a name", unique)] name: String }

fn main() {}
