// There is one queue.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, queue = "mails")]
async fn welcome(instance: &User) {}

fn main() {}
