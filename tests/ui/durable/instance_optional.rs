// There is always an instance, and the body of the function has no errors that follow.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(instance: Option<&User>) { println!("{}", instance.country); }

fn main() {}
