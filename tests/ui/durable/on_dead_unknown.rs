// A dead call blocks its key or is skipped.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, on_dead = ignore)]
async fn welcome(instance: &User) {}

fn main() {}
