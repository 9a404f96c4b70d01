// The arguments of a durable receiver stand next to `durable`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable(retries = 3))]
async fn welcome(instance: &User) {}

fn main() {}
