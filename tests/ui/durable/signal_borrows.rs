// A durable signal is stored, so that it owns its fields.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid<'a> { invoice: &'a str, amount: u64 }

fn main() {}
