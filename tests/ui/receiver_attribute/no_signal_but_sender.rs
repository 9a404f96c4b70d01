// A receiver says what it receives, not only from whom.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(sender = User)]
fn welcome() {}

fn main() {}
