// `key` names a field of the model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, key = county)]
async fn welcome(instance: &User) {}

fn main() {}
