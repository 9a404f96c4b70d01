// The `event` of one sender has another type than that of the other: a generic function takes both.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }
#[model]
struct Order { #[key] id: Id<Order> }

#[receiver(post_save, sender = [User, Order])]
fn welcome(event: &PostSave<'_, User>) {}

fn main() {}
