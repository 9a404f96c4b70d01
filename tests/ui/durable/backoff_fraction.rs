// A time is a whole number.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, backoff = "1.5s")]
async fn welcome(instance: &User) {}

fn main() {}
