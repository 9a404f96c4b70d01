// A receiver of several senders uses what they have in common.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }
#[model]
struct Order { #[key] id: Id<Order> }

#[receiver(post_save, sender = [User, Order])]
fn welcome(instance: &User) {}

fn main() {}
