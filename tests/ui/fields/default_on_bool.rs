// Both values of a `bool` could be meant, so none of them is unset.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[default(true)] active: bool }

fn main() {}
