// A struct is a signal when it says so.
use signals::prelude::*;

struct OrderPaid { amount: u64 }

#[receiver(OrderPaid)]
fn book(amount: u64) {}

fn main() {}
