// The longest unit of a time is an hour.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, backoff = "1 day")]
async fn welcome(instance: &User) {}

fn main() {}
