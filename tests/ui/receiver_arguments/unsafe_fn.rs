// A receiver is called by nobody who could keep a promise.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
unsafe fn welcome() {}

fn main() {}
