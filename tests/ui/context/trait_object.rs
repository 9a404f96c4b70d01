// A value is found by its type, which a trait object does not have.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

trait Mail: Send + Sync {}

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: &dyn Mail) {}

fn main() {}
