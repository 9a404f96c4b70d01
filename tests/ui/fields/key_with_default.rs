// A key is given by you or by the database.
use signals::prelude::*;

#[model]
struct User { #[key] #[default(1)] id: i64 }

fn main() {}
