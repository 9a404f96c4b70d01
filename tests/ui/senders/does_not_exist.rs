// A sender is a path, and rustc says when there is nothing at its end.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = Usr)]
fn welcome() {}

fn main() {}
