// The transaction is a `&mut Tx`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(instance: &User, tx: &Db) {}

fn main() {}
