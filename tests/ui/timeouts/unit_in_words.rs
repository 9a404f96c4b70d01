//! The unit of a time is short.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, timeout = "5 seconds")]
async fn welcome() {}

fn main() {}
