// A parameter has the type of the field that it names: `created` is a `bool`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &User, created: u8) {}

fn main() {}
