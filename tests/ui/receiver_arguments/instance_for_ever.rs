// The row is lent for the call.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &'static User) {}

fn main() {}
