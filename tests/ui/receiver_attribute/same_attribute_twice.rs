// A function is called once for one signal of one sender.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User)]
#[receiver(post_save, sender = User)]
fn audit(instance: &User) {}

fn main() {}
