// What may be missing is an Option of a reference.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: &Option<Mailer>) {}

fn main() {}
