// After the save the row is written and cannot be changed, whatever its model is.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[receiver(post_save, sender = User)]
fn welcome(instance: &mut impl Model) {}

fn main() {}
