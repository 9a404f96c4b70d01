// What is awaited is connected with `connect_async`, as a boxed future.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, name: String }

fn main() {
    User::POST_SAVE.connect(async |event| println!("{}", event.instance.name));
}
