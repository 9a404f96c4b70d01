// A model owns its values.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, role: &'static str }

fn main() {}
