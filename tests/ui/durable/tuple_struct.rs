// The fields of a durable signal have names.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid(u64);

fn main() {}
