// A computed column has no default.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Order { #[key] id: Id<Order>, price: i64, #[read_only(generated = "price * 2", default = "1")] total: i64 }

fn main() {}
