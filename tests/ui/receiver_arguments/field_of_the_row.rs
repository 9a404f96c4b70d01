// A field of the row is read from the instance.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn verify(name: &str) {}

fn main() {}
