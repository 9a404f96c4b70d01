// A signal that borrows is named without its lifetime.
use signals::prelude::*;

#[signal]
struct Paid<'a> { order: &'a str }

#[receiver(Paid<'_>)]
fn book(order: &str) {}

fn main() {}
