// A row is found by its key.
use signals::prelude::*;

#[model]
struct Order { #[key] #[read_only] id: Id<Order>, price: i64 }

fn main() {}
