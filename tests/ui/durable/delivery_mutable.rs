// The delivery is not changed.
use signals::durable::Delivery;
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(instance: &User, delivery: &mut Delivery) {}

fn main() {}
