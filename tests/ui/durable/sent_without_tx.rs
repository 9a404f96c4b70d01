// A durable signal is stored in a transaction.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { amount: u64 }

async fn pay() -> Result<()> {
    OrderPaid { amount: 5 }.send().await
}

fn main() {}
