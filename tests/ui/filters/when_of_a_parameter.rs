// A parameter of the receiver is no function.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, when = created)]
fn welcome(instance: &User, created: bool) {}

fn main() {}
