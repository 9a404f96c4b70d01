// A connected receiver has no parameters by name: it is called with the payload.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, name: String }

fn welcome(user: &User) {}

fn main() {
    User::POST_SAVE.connect(welcome);
}
