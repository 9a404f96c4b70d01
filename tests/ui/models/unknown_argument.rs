// The error for a misspelt argument offers the nearest one.
use signals::prelude::*;

#[model(tabel = "users")]
struct User { #[key] id: Id<User> }

fn main() {}
