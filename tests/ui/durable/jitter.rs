// The delay doubles, and is a little longer at random.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, jitter = true)]
async fn welcome(instance: &User) {}

fn main() {}
