// A condition is a function of the payload.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, when = event.created && !event.raw)]
fn welcome(instance: &User) {}

fn main() {}
