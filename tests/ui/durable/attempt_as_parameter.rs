// What is known of a call is in its delivery.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(instance: &User, attempt: u32) {}

fn main() {}
