// `instance` is the model that `sender` names.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }
#[model]
struct Order { #[key] id: Id<Order> }

#[receiver(post_save, sender = User)]
fn welcome(instance: &Order) {}

fn main() {}
