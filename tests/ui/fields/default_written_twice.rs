// `Default` is either derived or implemented by hand.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(true)] active: bool }

impl Default for User {
    fn default() -> Self { Self { id: Id::UNSET, active: false } }
}

fn main() {}
