// What Django passes along is in the context.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(request: &Mailer) {}

fn main() {}
