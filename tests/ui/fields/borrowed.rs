// A model owns its values. No lifetime is missing.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: Option<&str> }

fn main() {}
