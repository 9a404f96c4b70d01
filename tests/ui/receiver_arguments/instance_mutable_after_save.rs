// After the save the row is written and cannot be changed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &mut User) {}

fn main() {}
