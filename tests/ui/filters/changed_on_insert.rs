// On an insert every field is changed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, created = true, changed(email))]
fn welcome() {}

fn main() {}
