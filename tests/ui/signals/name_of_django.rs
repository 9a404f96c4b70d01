// `post_load` is the nearest to `post_init`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_init, sender = User)]
fn prepare(instance: &User) {}

fn main() {}
