// `#[signal]` is an attribute, and not a derive.
use signals::prelude::*;

#[derive(Debug, Signal)]
struct Paid { amount: u64 }

#[receiver(Paid)]
fn log(amount: u64) {}

fn pay() -> Result<(), signals::dispatch::SignalError> { Paid { amount: 1 }.send() }

fn main() {}
