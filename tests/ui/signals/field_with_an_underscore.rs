// A parameter with `_` in front is an unused one.
use signals::prelude::*;

#[signal]
struct Paid { _amount: u64 }

fn main() {}
