// `event` is the name of the whole payload.
use signals::prelude::*;

#[signal]
struct Shipped { event: u64 }

fn main() {}
