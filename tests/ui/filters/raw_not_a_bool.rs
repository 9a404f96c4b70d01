// `raw` is true or false.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, raw = yes)]
fn audit(instance: &User) {}

fn main() {}
