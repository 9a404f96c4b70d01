// A sender is a path, and rustc reports a path that does not exist.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = Usr)]
fn welcome() {}

fn main() {}
