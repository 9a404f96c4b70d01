// `changed` takes its fields in parentheses: show how.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, changed = email)]
fn mail() {}

fn main() {}
