// Some names are those of parameters that every durable receiver can take.
use signals::prelude::*;

#[signal(durable)]
struct OrderShipped { delivery: u64 }

fn main() {}
