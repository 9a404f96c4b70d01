// A value that threads cannot share is never in a context, and the future is no second mistake.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
async fn greet(#[context] mailer: &std::rc::Rc<Mailer>) {}

fn main() {}
