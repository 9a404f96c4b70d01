// A receiver borrows the row and does not own it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: User) {}

fn main() {}
