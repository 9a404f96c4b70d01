// Two receivers cannot each wait for the other.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, after = [welcome])]
fn audit() {}

#[receiver(post_save, sender = User, after = [audit])]
fn welcome() {}

fn main() {}
