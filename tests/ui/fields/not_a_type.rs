// rustc reports a type that does not exist.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: Strin }

fn main() {}
