// A value is lent for the call.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: &'static Mailer) {}

fn main() {}
