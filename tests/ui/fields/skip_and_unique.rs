// A field without a column has nothing to say about a column.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[skip] #[unique] password: String }

fn main() {}
