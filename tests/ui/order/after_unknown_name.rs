// `after` names receivers, and rustc reports a name that does not exist.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn audit() {}

#[receiver(post_save, sender = User, after = [audlt])]
fn welcome() {}

fn main() {}
