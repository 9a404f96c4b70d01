// A durable receiver is always acknowledged late.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, acks_late = true)]
async fn welcome(instance: &User) {}

fn main() {}
