// Which columns there are is known before any type is filled in.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
struct Marked<T>(T);

fn main() {}
