// Two conditions on one signal are one attribute: otherwise the function would be called twice when both hold.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, created = true)]
#[receiver([post_commit, post_save], sender = User, changed(email))]
fn audit(instance: &User) {}

fn main() {}
