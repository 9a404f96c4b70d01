// rustc reports a function that does not exist.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, when = is_large)]
fn welcome() {}

fn main() {}
