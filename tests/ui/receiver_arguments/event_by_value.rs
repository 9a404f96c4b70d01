// A receiver borrows the payload, which other receivers read after it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(event: PostSave<'_, User>) {}

fn main() {}
