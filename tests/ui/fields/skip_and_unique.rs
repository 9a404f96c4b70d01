// A field without a column cannot have an attribute of columns.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[skip] #[unique] password: String }

fn main() {}
