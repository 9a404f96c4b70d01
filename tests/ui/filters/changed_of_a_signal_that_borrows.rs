// Only a save knows what changed: a signal of your own has fields for that.
use signals::prelude::*;

#[model]
struct Order { #[key] id: Id<Order>, total: i64 }

#[signal]
struct OrderPaid<'a> { order: &'a Order }

#[receiver(OrderPaid, changed(total))]
fn book(order: &Order) {}

fn main() {}
