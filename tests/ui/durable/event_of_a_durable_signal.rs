// A durable receiver of a durable signal can take all of it, and nothing else.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { order: u64 }

#[receiver(OrderPaid, durable)]
async fn ship(event: &OrderPaid, order: u64) {}

fn main() {}
