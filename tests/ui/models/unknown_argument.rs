// A misspelt argument is answered with the nearest one.
use signals::prelude::*;

#[model(tabel = "users")]
struct User { #[key] id: Id<User> }

fn main() {}
