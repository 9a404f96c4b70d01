// The context itself is a field of the payload.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] context: &signals::Context) {}

fn main() {}
