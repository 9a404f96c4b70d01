// The attribute is misspelt.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(#[contxt] mailer: &Mailer) {}

fn main() {}
