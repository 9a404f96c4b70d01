// A misspelt argument is answered with the nearest one.
use signals::prelude::*;

#[signal(asynk)]
struct Shipped { order: u64 }

fn main() {}
