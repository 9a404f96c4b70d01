// A default has the type of the field.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(18)] name: String }

fn main() {}
