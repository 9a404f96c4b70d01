// A crate of `apps!` is a dependency.
use signals::prelude::*;

signals::apps![acounts];

fn main() {}
