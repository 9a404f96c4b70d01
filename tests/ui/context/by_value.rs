// The context lends its values.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: Mailer) {}

fn main() {}
