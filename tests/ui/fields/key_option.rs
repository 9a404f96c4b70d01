// A key is never NULL.
use signals::prelude::*;

#[model]
struct User { #[key] id: Option<i64> }

fn main() {}
