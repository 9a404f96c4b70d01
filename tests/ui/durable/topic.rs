// Other programs are declared apart from the signal.
use signals::prelude::*;

#[signal(durable, topic = "orders")]
struct OrderPaid { order: u64 }

fn main() {}
