// The library sets the column of a relation, so the database cannot.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Order { #[key] id: Id<Order>, price: i64, #[read_only] #[foreign_key(on_delete = cascade)] parent: Id<Order> }

fn main() {}
