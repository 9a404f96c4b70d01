// A signal calls a function once.
use signals::prelude::*;

#[signal]
struct Paid { amount: u64 }

#[receiver(Paid, when = |paid| paid.amount > 100)]
#[receiver(Paid, when = |paid| paid.amount == 0)]
fn book(amount: u64) {}

fn main() {}
