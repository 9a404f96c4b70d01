// The instance is the row, and not its id.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(instance: &Id<User>) { println!("{}", instance.country); }

fn main() {}
