//! A time has a unit.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, timeout = "5")]
async fn welcome() {}

#[receiver(post_save, sender = User, timeout = "5 seconds")]
async fn greet() {}

#[receiver(post_save, sender = User, timeout = "0s")]
async fn hurry() {}

fn main() {}
