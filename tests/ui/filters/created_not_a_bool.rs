// `created` is `true` or `false`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, created = 1)]
fn welcome() {}

fn main() {}
