//! A time is a string, and no expression.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, timeout = Duration::from_secs(5))]
async fn welcome() {}

fn main() {}
