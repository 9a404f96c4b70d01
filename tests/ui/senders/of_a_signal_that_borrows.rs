// A signal with a lifetime has no sender either, and several senders are one mistake.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Order { #[key] id: Id<Order> }

#[signal]
struct OrderPaid<'a> { order: &'a Order }

#[receiver(OrderPaid, sender = [User, Order])]
fn book(order: &Order) {}

fn main() {}
