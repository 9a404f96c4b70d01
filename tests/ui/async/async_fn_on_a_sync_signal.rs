// A signal that is sent synchronously cannot await an `async` receiver.
use signals::prelude::*;

#[signal]
struct OrderPaid { amount: u64 }

#[receiver(OrderPaid)]
async fn book(amount: u64) {}

fn main() {}
