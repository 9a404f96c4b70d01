// Arguments are separated by commas.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save sender = User)]
fn welcome() {}

fn main() {}
