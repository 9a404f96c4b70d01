// `output` names the type that each receiver returns.
use signals::prelude::*;

#[signal(output)]
struct Shipped { order: u64 }

fn main() {}
