// Half of the values of a `u64` do not fit into a column.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, visits: u64 }

fn main() {}
