// A delete changes no field: the error names the signals that know what changed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_delete_commit, sender = User, changed(name))]
fn remove_file() {}

fn main() {}
