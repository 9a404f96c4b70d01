// A number of calls is a whole number.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, retries = -1)]
async fn welcome(instance: &User) {}

fn main() {}
