// `connect_async` takes a boxed future, and the payload as well.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, name: String }

async fn welcome(user: &User) {}

fn main() {
    User::POST_SAVE.connect_async(welcome);
}
