// A table has the same columns in every build.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[cfg(debug_assertions)] name: String }

fn main() {}
