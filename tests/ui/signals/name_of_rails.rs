// A callback for inserts is a signal with a filter.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(after_create, sender = User)]
fn welcome(instance: &User) {}

fn main() {}
