// Names of Django are answered with what a receiver takes, in the names of the user.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(sender: &User, user: &User, kwargs: u8) {}

fn main() {}
