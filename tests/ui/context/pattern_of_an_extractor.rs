// A value of the context is lent, not extracted.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context] State(mailer): State<Mailer>) {}

fn main() {}
