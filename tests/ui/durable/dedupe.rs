// A delivery has a key for that.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, dedupe = true)]
async fn welcome(instance: &User) {}

fn main() {}
