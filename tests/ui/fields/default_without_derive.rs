// `#[default]` sets the field in `User::default()`, so the model derives `Default`: one mistake for all fields.
use signals::prelude::*;

#[model]
#[derive(Debug)]
struct User { #[key] id: Id<User>, #[default(true)] active: bool, #[default(10)] credits: i64 }

fn main() {}
