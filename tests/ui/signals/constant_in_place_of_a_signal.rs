// The constant is for `connect`; an attribute names the signal and its sender.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(User::POST_SAVE)]
fn welcome(instance: &User) {}

fn main() {}
