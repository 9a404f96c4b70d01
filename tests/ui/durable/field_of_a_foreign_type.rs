// Only types of your own can derive serde's traits.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { at: std::time::Instant }

fn main() {}
