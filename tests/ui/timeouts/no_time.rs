//! A receiver needs some time.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, timeout = "0s")]
async fn welcome() {}

fn main() {}
