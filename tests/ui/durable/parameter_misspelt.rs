// A parameter is a field of the payload.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { order: u64, amount: u64 }

#[receiver(OrderPaid, durable)]
async fn ship(amuont: u64) {}

fn main() {}
