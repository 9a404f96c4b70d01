// A time has a unit.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, backoff = "10")]
async fn welcome(instance: &User) {}

fn main() {}
