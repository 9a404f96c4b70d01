// Several senders are a list.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[model]
struct Order { #[key] id: Id<Order> }

#[receiver(post_save, sender = User, Order)]
fn count() {}

fn main() {}
