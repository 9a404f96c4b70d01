// A number becomes an id by `.into()` or `Id::new`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }

fn is_first(user: &User) -> bool {
    user.id == 1
}

fn main() {}
