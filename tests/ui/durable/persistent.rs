// Celery and RabbitMQ call it persistent.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, persistent)]
async fn welcome(instance: &User) {}

fn main() {}
