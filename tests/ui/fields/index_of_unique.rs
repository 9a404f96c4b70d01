// A unique field has an index.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[unique] #[index] email: String }

fn main() {}
