// A number of calls has 32 bits.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, retries = 99999999999)]
async fn welcome(instance: &User) {}

fn main() {}
