// A value that the function does not use has a name with an underscore.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] _: &Mailer) {}

fn main() {}
