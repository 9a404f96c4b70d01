// At least one call runs at once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, concurrency = 0)]
async fn welcome(instance: &User) {}

fn main() {}
