// A wrapper is stored as the value that it wraps.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
struct Visits(u64);

fn main() {}
