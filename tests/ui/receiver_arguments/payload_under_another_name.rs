// The whole payload is called `event`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(payload: &PostSave<'_, User>) {}

fn main() {}
