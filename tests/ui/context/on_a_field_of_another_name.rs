// The transaction is a field of the payload.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
async fn greet(#[context] transaction: &mut Tx) {}

fn main() {}
