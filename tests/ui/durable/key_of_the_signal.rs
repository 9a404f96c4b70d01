// Receivers have keys, and their signal has none.
use signals::prelude::*;

#[signal(durable, key = order)]
struct OrderPaid { order: u64 }

fn main() {}
