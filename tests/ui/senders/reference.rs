// A sender is a model, not a reference to one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = &User)]
fn welcome() {}

fn main() {}
