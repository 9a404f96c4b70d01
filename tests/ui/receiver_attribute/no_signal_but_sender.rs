// A receiver names its signal, and a sender is not enough.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(sender = User)]
fn welcome() {}

fn main() {}
