// A deleted row was not created: `post_delete_commit` has no `created`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_delete_commit, sender = User, created = true)]
fn remove_file() {}

fn main() {}
