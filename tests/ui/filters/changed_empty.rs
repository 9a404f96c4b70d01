// `changed` names at least one field.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, changed())]
fn mail() {}

fn main() {}
