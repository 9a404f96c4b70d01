// A durable signal owns its fields, so that they need no lifetime.
use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { note: &str }

fn main() {}
