// Each durable receiver is called on its own.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User)]
fn audit(instance: &User) {}

#[receiver(post_commit, sender = User, durable, after = audit)]
async fn welcome(instance: &User) {}

fn main() {}
