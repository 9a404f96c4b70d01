// The sender is an argument of the attribute.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save::<User>)]
fn welcome(instance: &User) {}

fn main() {}
