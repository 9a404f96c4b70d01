// rustc reports an attribute that does not exist.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[searchable] name: String }

fn main() {}
