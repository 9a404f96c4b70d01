// Celery calls it a task.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, task)]
async fn welcome(instance: &User) {}

fn main() {}
