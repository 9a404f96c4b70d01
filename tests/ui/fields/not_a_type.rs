// rustc says when there is no such type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: Strin }

fn main() {}
