// One receiver cannot run both after and before another.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User)]
fn audit() {}

#[receiver(post_save, sender = User, after = audit, before = [audit])]
fn welcome() {}

fn main() {}
