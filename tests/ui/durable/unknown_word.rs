// A word alone that is no argument is most likely no signal.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, compressed)]
async fn welcome(instance: &User) {}

fn main() {}
