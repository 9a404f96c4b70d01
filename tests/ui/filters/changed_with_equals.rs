// `changed` takes its fields in parentheses: the error shows how.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, changed = email)]
fn mail() {}

fn main() {}
