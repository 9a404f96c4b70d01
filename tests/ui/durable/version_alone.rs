// Only what is stored has a version.
use signals::prelude::*;

#[signal(async, version = 2)]
struct OrderPaid { amount: u64 }

fn main() {}
