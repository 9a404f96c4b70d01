//! A time is a string with its unit.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, timeout = 5)]
async fn welcome() {}

#[receiver(post_save, sender = User, timeout(5))]
async fn greet() {}

#[receiver(post_save, sender = User, timeout = Duration::from_secs(5))]
async fn thank() {}

#[receiver(post_save, sender = User, time_limit = "5s")]
async fn hurry() {}

fn main() {}
