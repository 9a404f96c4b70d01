// A receiver adds its name to the types of its module, and a signal is a type.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn post_save(instance: &User) {}

fn main() {}
