// A signal is a path, and rustc reports a path that does not exist.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_safe, sender = User)]
fn welcome() {}

fn main() {}
