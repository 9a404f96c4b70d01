// A receiver cannot run before itself.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, before = [audit])]
fn audit() {}

fn main() {}
