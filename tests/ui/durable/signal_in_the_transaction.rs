// `post_save` is sent before the commit: only what was committed can be delivered later.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_save, sender = User, durable)]
async fn welcome(instance: &User) {}

fn main() {}
