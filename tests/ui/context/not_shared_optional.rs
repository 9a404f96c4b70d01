// A value that threads cannot share is never in a context.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] calls: Option<&std::cell::Cell<u32>>) {}

fn main() {}
