// A filter is given once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, created = true, created = false)]
fn welcome() {}

fn main() {}
