// An `Option` is a column if its content is one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, visits: Option<u64> }

fn main() {}
