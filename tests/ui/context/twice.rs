// The attribute is written once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] #[context] mailer: &Mailer) {}

fn main() {}
