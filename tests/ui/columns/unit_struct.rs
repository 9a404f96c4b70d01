// A value that is always the same needs no column.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
struct Nothing;

fn main() {}
