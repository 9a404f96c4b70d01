// A parameter cannot depend on `cfg`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &User, #[cfg(debug_assertions)] created: bool) {}

fn main() {}
