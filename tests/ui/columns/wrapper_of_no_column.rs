// A wrapper is stored as what it is made of.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
struct Visits(u64);

fn main() {}
