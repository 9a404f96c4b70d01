// A value of the context is marked.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(mailer: &Mailer) {}

fn main() {}
