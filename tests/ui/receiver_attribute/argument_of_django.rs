// An argument of Django is answered with the one that is meant.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, dispatch_uid = "welcome")]
fn welcome(instance: &User) {}

fn main() {}
