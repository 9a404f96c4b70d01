// Either the program or the database has the default.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Order { #[key] id: Id<Order>, price: i64, #[read_only] #[default(1)] total: i64 }

fn main() {}
