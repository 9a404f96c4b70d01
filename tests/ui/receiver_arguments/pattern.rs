// A parameter is the name of a field; a pattern is not a name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(User { name, .. }: &User) {}

fn main() {}
