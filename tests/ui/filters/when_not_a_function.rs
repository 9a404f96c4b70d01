// `when` is a function of the payload.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, when = true)]
fn welcome() {}

fn main() {}
