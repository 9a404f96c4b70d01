// A row of any model is a `dyn AnyModel`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn audit(instance: &dyn Model) {}

fn main() {}
