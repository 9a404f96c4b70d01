// A durable signal owns its fields, also those that would borrow for ever.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { note: &'static str }

fn main() {}
