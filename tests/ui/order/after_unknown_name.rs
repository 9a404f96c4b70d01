// `after` names receivers, and rustc says when there is none of that name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn audit() {}

#[receiver(post_save, sender = User, after = [audlt])]
fn welcome() {}

fn main() {}
