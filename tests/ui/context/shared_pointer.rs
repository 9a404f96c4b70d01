// A value is lent, also when cloning it is cheap.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
async fn greet(#[context] mailer: std::sync::Arc<Mailer>) {}

fn main() {}
