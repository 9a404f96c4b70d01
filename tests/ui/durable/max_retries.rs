// Celery calls it `max_retries`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable, max_retries = 3)]
async fn welcome(instance: &User) {}

fn main() {}
