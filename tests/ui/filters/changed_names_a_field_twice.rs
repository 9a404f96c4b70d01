// A field is named once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, changed(email, email))]
fn mail() {}

fn main() {}
