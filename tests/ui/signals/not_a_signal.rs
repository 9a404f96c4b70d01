// A struct is a signal if it has the attribute `signal`.
use signals::prelude::*;

struct OrderPaid { amount: u64 }

#[receiver(OrderPaid)]
fn book(amount: u64) {}

fn main() {}
