// `apps!` names at least one crate.
use signals::prelude::*;

signals::apps![];

fn main() {}
