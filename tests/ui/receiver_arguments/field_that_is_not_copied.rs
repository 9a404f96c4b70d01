// A receiver borrows a field that cannot be copied.
use signals::prelude::*;

#[signal]
struct Paid { name: String, amount: u64 }

#[receiver(Paid)]
fn book(name: String, amount: u64) {}

fn main() {}
