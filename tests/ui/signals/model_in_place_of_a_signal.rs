// The signal comes first, the model that sends it is the `sender`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(User)]
fn welcome() {}

fn main() {}
