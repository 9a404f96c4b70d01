// The library cannot fulfil the safety contract of a receiver.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
unsafe fn welcome() {}

fn main() {}
