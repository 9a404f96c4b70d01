// The field is called context.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

struct Mailer;

#[receiver(post_save, sender = User)]
fn greet(ctx: &signals::Context) {}

fn main() {}
