// `event` has the type of the payload that the signal sends.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(event: &PreSave<'_, User>) {}

fn main() {}
