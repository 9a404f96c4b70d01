// The columns of a table are known before any type parameter is.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
struct Marked<T>(T);

fn main() {}
