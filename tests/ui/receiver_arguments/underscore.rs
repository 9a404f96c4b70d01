// `_` names no field of the payload; leave the parameter out.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(_: &User) {}

fn main() {}
