// A list of receivers has at least one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, after = [])]
fn audit() {}

fn main() {}
