// An `Option` is a column if what it holds is one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, visits: Option<u64> }

fn main() {}
