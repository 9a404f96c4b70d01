// A custom signal has the fields that its struct has.
use signals::prelude::*;

#[signal]
struct OrderPaid { amount: u64, currency: String }

#[receiver(OrderPaid)]
fn book(ammount: u64) {}

fn main() {}
