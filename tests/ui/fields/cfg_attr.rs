// What a column is does not depend on the build.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[cfg_attr(all(), doc = "a name", unique)] name: String }

fn main() {}
