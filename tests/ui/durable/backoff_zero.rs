// Without a delay, a failed call would be repeated at once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, backoff = "0s")]
async fn welcome(instance: &User) {}

fn main() {}
