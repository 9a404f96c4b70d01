// A type parameter is determined by a parameter.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = [User])]
fn count<M: Model>() {}

fn main() {}
