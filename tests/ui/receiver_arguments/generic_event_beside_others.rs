// `event` is the whole payload, of any sender.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }
#[model]
struct Order { #[key] id: Id<Order> }

#[receiver(post_save, sender = [User, Order])]
fn welcome<M: Model>(event: &PostSave<'_, M>, created: bool) {}

fn main() {}
