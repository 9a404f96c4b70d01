// A computed column needs SQL.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Order { #[key] id: Id<Order>, price: i64, #[read_only(generated = "")] total: i64 }

fn main() {}
