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

fn main() {}
