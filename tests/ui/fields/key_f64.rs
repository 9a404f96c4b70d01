// A key is compared, and numbers with a point are not.
use signals::prelude::*;

#[model]
struct User { #[key] id: f64 }

fn main() {}
