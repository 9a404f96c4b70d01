// `read_only` takes `generated` or `default`.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Order { #[key] id: Id<Order>, price: i64, #[read_only(generatd = "price * 2")] total: i64 }

fn main() {}
