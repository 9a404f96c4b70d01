// The values of a context are shared, so that a receiver cannot change them.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: &mut Mailer) {}

fn main() {}
