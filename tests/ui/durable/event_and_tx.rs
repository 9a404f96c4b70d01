// `event` is the whole payload, and stands alone.
use signals::model::PostCommit;
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
async fn welcome(event: &PostCommit<'_, User>, tx: &mut Tx) {}

fn main() {}
