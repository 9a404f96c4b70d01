// Any sender is this one too.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save)]
#[receiver(post_save, sender = User)]
fn audit() {}

fn main() {}
