// A receiver without `sender` gets a row of any model, `&dyn AnyModel`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save)]
fn audit(instance: &User) {}

fn main() {}
