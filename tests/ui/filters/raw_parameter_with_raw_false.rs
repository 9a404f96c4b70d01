// `raw = false` leaves out what the parameter would tell.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, raw = false)]
fn audit(instance: &User, raw: bool) {}

fn main() {}
