// A default is what the field has in `User::default()`, so there must be one: one mistake for all fields.
use signals::prelude::*;

#[model]
#[derive(Debug)]
struct User { #[key] id: Id<User>, #[default(true)] active: bool, #[default(10)] credits: i64 }

fn main() {}
