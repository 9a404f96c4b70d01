// A durable receiver is called as soon as possible.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, delay = "10s")]
async fn welcome(instance: &User) {}

fn main() {}
