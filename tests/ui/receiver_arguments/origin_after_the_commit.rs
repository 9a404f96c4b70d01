// The row that a delete started from is not kept until the commit: `post_delete` has it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_delete_commit, sender = User)]
fn remove_file(instance: &User, origin: &dyn AnyModel) {}

fn main() {}
