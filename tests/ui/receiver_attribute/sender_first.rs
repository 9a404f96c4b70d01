// The signal comes before its sender.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(User, post_save)]
fn welcome(instance: &User) {}

fn main() {}
