// With `created = true`, the parameter `created` has one value.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, created = true)]
fn welcome(instance: &User, created: bool) {}

fn main() {}
