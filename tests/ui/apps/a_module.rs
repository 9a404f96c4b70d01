// The modules of this crate are linked anyway.
use signals::prelude::*;

mod accounts {}

signals::apps![accounts];

fn main() {}
