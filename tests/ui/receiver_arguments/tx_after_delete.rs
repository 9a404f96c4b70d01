// After the commit of a delete there is no transaction: `post_delete_commit` has `db`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_delete_commit, sender = User)]
async fn remove_file(instance: &User, tx: &mut Tx) {}

fn main() {}
