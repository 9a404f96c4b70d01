// The values of a context are shared, also those that may be missing.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: Option<&mut Mailer>) {}

fn main() {}
