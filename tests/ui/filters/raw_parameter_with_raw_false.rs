// With `raw = false` the parameter `raw` would always be false.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, raw = false)]
fn audit(instance: &User, raw: bool) {}

fn main() {}
