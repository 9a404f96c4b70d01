// `durable` is a word alone.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable = true)]
async fn welcome(instance: &User) {}

fn main() {}
