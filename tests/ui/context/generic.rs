// A value is found by its type, which must be named.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet<T: Send + Sync + 'static>(#[context] mailer: &T) {}

fn main() {}
