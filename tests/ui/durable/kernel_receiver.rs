// The kernel has no database.
use signals_core::{receiver, signal};

#[signal(async)]
struct OrderPaid { amount: u64 }

#[receiver(OrderPaid, durable)]
async fn ship(amount: u64) {}

fn main() {}
