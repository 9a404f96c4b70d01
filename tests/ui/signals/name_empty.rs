// Errors call a signal by its name.
use signals::prelude::*;

#[signal(name = "")]
struct OrderPaid { amount: u64 }

fn main() {}
