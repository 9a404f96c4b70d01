// A receiver cannot wait for itself.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, after = [audit])]
fn audit() {}

fn main() {}
