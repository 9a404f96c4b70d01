// Spring says when and in which transaction; here `tx` does.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, phase = after_commit)]
async fn welcome(instance: &User) {}

fn main() {}
