// `event` is the whole payload, so that it is the only parameter.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(event: &PostSave<'_, User>, created: bool) {}

fn main() {}
