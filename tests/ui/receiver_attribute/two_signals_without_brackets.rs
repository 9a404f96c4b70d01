// Several signals are written in brackets.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, post_delete, sender = User)]
fn welcome() {}

fn main() {}
