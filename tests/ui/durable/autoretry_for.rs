// Every error is followed by another attempt, unless the receiver says that none can help.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, autoretry_for = IoError)]
async fn welcome(instance: &User) {}

fn main() {}
