// `on_dead` only has a meaning for durable receivers.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, on_dead = skip)]
async fn welcome(instance: &User) {}

fn main() {}
