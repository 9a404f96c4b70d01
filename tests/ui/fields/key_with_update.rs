// A key stays what it is.
use signals::prelude::*;

#[model]
struct User { #[key] #[update(1)] id: i64 }

fn main() {}
