// Nobody would await an `async` receiver of a signal that is sent synchronously.
use signals::prelude::*;

#[signal]
struct OrderPaid { amount: u64 }

#[receiver(OrderPaid)]
async fn book(amount: u64) {}

fn main() {}
