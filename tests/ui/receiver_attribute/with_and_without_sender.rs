// A receiver of any sender already receives from this one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save)]
#[receiver(post_save, sender = User)]
fn audit() {}

fn main() {}
