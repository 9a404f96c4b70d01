// `backoff` only has a meaning for durable receivers.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, backoff = "10s")]
async fn welcome(instance: &User) {}

fn main() {}
