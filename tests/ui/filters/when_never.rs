// A condition that is never met is a receiver that never runs.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, when = |_| false)]
fn welcome(instance: &User) {}

fn main() {}
