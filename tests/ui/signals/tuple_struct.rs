// The fields of a signal have names.
use signals::prelude::*;

#[signal]
struct OrderPaid(u64);

fn main() {}
