// The context is shared.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(context: &mut signals::Context) {}

fn main() {}
