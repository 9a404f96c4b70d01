// A number of calls at once can be one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, singleton)]
async fn welcome(instance: &User) {}

fn main() {}
