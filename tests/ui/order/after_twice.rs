// A receiver is named once.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User)]
fn audit() {}

#[receiver(post_save, sender = User, after = [audit, audit])]
fn welcome() {}

fn main() {}
