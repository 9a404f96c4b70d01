// A condition that is always met is none.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, when = |_| true)]
fn welcome(instance: &User) {}

fn main() {}
