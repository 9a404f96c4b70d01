// A signal is named by a path.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver("post_save", sender = User)]
fn welcome(instance: &User) {}

fn main() {}
