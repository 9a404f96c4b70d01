// Several receivers are called for one deleted row, and none owns it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_delete_commit, sender = User)]
fn remove_file(instance: User) {}

fn main() {}
