// A signal has a version, and not its receivers.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, version = 2)]
async fn welcome(instance: &User) {}

fn main() {}
