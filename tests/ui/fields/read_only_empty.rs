// The SQL of a computed column.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Order { #[key] id: Id<Order>, price: i64, #[read_only(generated = "")] total: i64 }

fn main() {}
