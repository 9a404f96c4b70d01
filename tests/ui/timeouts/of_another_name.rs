//! The time of a receiver is called `timeout`.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, time_limit = "5s")]
async fn welcome() {}

fn main() {}
