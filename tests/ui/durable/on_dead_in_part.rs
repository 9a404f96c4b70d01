// A dead call blocks its key.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, on_dead = block)]
async fn welcome(instance: &User) {}

fn main() {}
