// The payload is not a value of the context.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] event: &PostSave<'_, User>) {}

fn main() {}
