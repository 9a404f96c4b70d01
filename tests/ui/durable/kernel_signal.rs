// The kernel has no database.
use signals_core::signal;

#[signal(durable)]
struct OrderPaid { amount: u64 }

fn main() {}
