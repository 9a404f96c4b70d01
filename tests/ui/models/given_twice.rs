// A model is declared once.
use signals::prelude::*;

#[model(table = "users")]
#[model(index(name, email))]
struct User { #[key] id: Id<User>, name: String, email: String }

fn main() {}
