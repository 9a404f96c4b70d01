// A receiver runs in the runtime of its sender.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[receiver(post_save, sender = User)]
#[tokio::main]
async fn welcome(instance: &User) {}

fn main() {}
