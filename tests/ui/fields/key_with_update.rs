// A key does not change.
use signals::prelude::*;

#[model]
struct User { #[key] #[update(1)] id: i64 }

fn main() {}
