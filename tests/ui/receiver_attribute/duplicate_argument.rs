// An argument is given once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, sender = User)]
fn welcome() {}

fn main() {}
