// One column is one value.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
struct Point { x: f64, y: f64 }

#[model]
struct Place { #[key] id: Id<Place>, at: Point }

fn main() {}
