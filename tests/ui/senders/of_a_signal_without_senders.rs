// A custom signal has no sender.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[signal]
struct OrderPaid { amount: u64 }

#[receiver(OrderPaid, sender = User)]
fn book(amount: u64) {}

fn main() {}
