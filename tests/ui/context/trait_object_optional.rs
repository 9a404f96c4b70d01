// A value is found by its type, which a trait object does not have.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

trait Mail: Send + Sync {}

#[receiver(post_save, sender = User)]
fn greet(#[context] mailer: Option<&(dyn Mail + Send)>) {}

fn main() {}
