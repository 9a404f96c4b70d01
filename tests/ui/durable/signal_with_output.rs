// Nothing waits for what a durable receiver returns.
use signals::prelude::*;

#[signal(durable, output = u64)]
struct OrderPaid { amount: u64 }

fn main() {}
