// A signal borrows with one lifetime.
use signals::prelude::*;

#[signal]
struct OrderPaid<'a, 'b> { buyer: &'a str, seller: &'b str }

fn main() {}
