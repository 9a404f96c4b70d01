// A field of a durable signal is stored as JSON.
use signals::prelude::*;

struct Receipt { number: u64 }

#[signal(durable)]
struct OrderPaid { receipt: Receipt, amount: u64 }

fn main() {}
