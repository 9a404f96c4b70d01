// A signal of your own stores what it sends if it is declared so.
use signals::prelude::*;

#[signal(async)]
struct OrderPaid { amount: u64 }

#[receiver(OrderPaid, durable)]
async fn ship(amount: u64) {}

fn main() {}
