// Only the compiler speaks, and once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save)]
fn audit(instance: &AnyModel) {}

fn main() {}
