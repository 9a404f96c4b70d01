// The field of a key is a name without a path.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, key = User::country)]
async fn welcome(instance: &User) {}

fn main() {}
