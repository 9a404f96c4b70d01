// Only durable receivers have a delivery.
use signals::durable::Delivery;
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User)]
async fn welcome(instance: &User, delivery: &Delivery) {}

fn main() {}
