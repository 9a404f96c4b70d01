// The attribute is written before a parameter.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
#[context]
fn greet(mailer: &Mailer) {}

fn main() {}
