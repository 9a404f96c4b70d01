// Three receivers cannot wait for one another in a cycle.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User, after = [mail])]
fn audit() {}

#[receiver(post_save, sender = User, after = [audit])]
fn welcome() {}

#[receiver(post_save, sender = User, after = [welcome])]
fn mail() {}

fn main() {}
