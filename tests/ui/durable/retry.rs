// The number of retries is `retries`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, retry = 3)]
async fn welcome(instance: &User) {}

fn main() {}
