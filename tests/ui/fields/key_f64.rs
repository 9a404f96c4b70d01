// Keys are compared with `Eq`, which floating-point numbers do not have.
use signals::prelude::*;

#[model]
struct User { #[key] id: f64 }

fn main() {}
