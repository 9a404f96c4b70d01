// There is a limit of calls at once, and none of calls in a time.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, rate_limit = "10/m")]
async fn welcome(instance: &User) {}

fn main() {}
