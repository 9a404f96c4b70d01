// A parameter is a name, which says what is wanted; a pattern names nothing.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(User { name, .. }: &User) {}

fn main() {}
