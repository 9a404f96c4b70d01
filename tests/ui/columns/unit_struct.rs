// A value that is always the same needs no column.
use signals::prelude::*;

#[derive(Clone, Column)]
struct Nothing;

fn main() {}
