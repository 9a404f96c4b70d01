// A context has one value per type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: &Mailer, #[context] other: Option<&Mailer>) {}

fn main() {}
