// A receiver is an `async fn` without the help of other libraries.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
#[async_trait::async_trait]
async fn welcome(instance: &User) {}

fn main() {}
