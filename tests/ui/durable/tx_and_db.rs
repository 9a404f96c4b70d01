// A durable receiver writes in its transaction, or outside of any.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(instance: &User, tx: &mut Tx, db: &Db) {}

fn main() {}
