// Two fields have two columns.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String, #[column(name = "name")] nick: String }

fn main() {}
