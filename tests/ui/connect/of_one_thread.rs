// A connected receiver is called on any thread.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, name: String }

fn main() {
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    User::POST_SAVE.connect(move |_| seen.set(seen.get() + 1));
}
