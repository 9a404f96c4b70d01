// `key` names a field of the signal.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { order: u64, amount: u64 }

#[receiver(OrderPaid, durable, key = ordr)]
async fn ship(order: u64) {}

fn main() {}
