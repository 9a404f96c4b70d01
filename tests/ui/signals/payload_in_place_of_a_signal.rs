// The payload is what the parameter `event` is; the signal has the same name in snake case.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(PostSave, sender = User)]
fn welcome(instance: &User) {}

fn main() {}
