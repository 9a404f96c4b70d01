// The last expression of a closure is what it returns.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, name: String }

fn main() {
    User::POST_SAVE.connect_unique("count", |event| event.instance.name.len());
}
