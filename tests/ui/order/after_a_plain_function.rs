// `after` names receivers, not any function.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

fn audit() {}

#[receiver(post_save, sender = User, after = [audit])]
fn welcome() {}

fn main() {}
