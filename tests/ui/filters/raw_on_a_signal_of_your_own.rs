// Only models have raw writes.
use signals::prelude::*;

#[signal]
struct Paid { amount: u64 }

#[receiver(Paid, raw = true)]
fn book(amount: u64) {}

fn main() {}
