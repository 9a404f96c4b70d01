// Only receivers take values of the context.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[context]
fn greet(mailer: &Mailer) {}

fn main() {}
