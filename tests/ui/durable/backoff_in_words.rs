// What is no time is not guessed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, backoff = "exponential")]
async fn welcome(instance: &User) {}

fn main() {}
