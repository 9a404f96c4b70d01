// A value is found by its type, which must be named.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

trait Mail: Send + Sync {}

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: &impl Mail) {}

fn main() {}
