// A sender has its name in front.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, User)]
fn welcome(instance: &User) {}

fn main() {}
