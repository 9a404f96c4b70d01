// A signal is a path, and rustc says when there is nothing at its end.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_safe, sender = User)]
fn welcome() {}

fn main() {}
