// A signal may have a field `context` of another type, which receivers take by its name.
use signals::prelude::*;

#[signal]
struct OrderPaid { context: String }

#[receiver(OrderPaid)]
fn receipt(context: &signals::Context) {}

fn main() {}
