// A parameter has the type of the field that it names.
use signals::prelude::*;

#[signal]
struct OrderPaid { amount: u64 }

#[receiver(OrderPaid)]
fn book(amount: &str) {}

fn main() {}
