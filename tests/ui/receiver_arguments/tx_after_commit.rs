// After the commit there is no transaction: `post_commit` has `db`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_commit, sender = User)]
async fn mail(instance: &User, tx: &mut Tx) {}

fn main() {}
