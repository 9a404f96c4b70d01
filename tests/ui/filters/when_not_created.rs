// Two filters that contradict each other are never both met.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, created = true, when = |event| !event.created)]
fn welcome(instance: &User) {}

fn main() {}
