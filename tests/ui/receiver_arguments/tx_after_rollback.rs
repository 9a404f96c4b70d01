// After a rollback there is no transaction: `post_rollback` has `db`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_rollback, sender = User)]
async fn clear(instance: &User, tx: &mut Tx) {}

fn main() {}
