// Another library marks an injected value with another word.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[inject] mailer: &Mailer) {}

fn main() {}
