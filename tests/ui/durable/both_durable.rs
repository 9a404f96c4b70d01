// Two attributes of one durable receiver are one mistake.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
#[receiver(post_delete_commit, sender = User, durable)]
async fn welcome(instance: &User) {}

fn main() {}
