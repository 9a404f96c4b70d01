// `before` names receivers, not any type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, before = [User])]
fn welcome() {}

fn main() {}
