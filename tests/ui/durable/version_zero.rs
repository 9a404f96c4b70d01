// Versions begin with 1.
use signals::prelude::*;

#[signal(durable, version = 0)]
struct OrderPaid { amount: u64 }

fn main() {}
