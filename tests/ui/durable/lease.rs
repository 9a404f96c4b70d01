// A lease is of a worker.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, lease = "30s")]
async fn welcome(instance: &User) {}

fn main() {}
