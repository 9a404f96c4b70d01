// A key never changes: a row with another key is another row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver([post_save, post_commit], sender = User, created = false, changed(id))]
fn mail() {}

fn main() {}
