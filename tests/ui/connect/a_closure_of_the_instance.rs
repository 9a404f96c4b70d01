// The parameter of a closure is the payload, whatever its name is.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, name: String }

fn main() {
    let _guard = User::POST_SAVE.connect_scoped(|user: &User| println!("{}", user.name));
}
