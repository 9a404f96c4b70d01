// A backoff is one time, which doubles.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, backoff = [1, 5, 10])]
async fn welcome(instance: &User) {}

fn main() {}
