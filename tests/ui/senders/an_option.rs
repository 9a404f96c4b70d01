// A sender is the model alone.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = Option<User>)]
fn welcome(instance: &User) {}

fn main() {}
