// A call waits until it is made.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, expires = 60)]
async fn welcome(instance: &User) {}

fn main() {}
