// The payload is borrowed: other receivers come after this one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(event: PostSave<'_, User>) {}

fn main() {}
