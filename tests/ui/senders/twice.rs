// A sender is named once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = [User, User])]
fn welcome() {}

fn main() {}
