// `event` is the whole payload, so there is nothing to take beside it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(event: &PostSave<'_, User>, created: bool) {}

fn main() {}
