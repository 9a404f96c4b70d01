// Half of the values of a `u64` fit into no column.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, visits: u64 }

fn main() {}
