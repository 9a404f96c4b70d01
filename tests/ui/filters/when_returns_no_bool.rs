// `when` returns a `bool`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, when = |event| event.instance.id)]
fn welcome() {}

fn main() {}
