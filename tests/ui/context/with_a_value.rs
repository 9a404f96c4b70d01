// The type of the parameter says which value is meant.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[context = "mailer"] mailer: &Mailer) {}

fn main() {}
