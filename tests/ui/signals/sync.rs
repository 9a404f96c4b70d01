// A signal is synchronous unless it is `async`.
use signals::prelude::*;

#[signal(sync)]
struct Voted { law: String }

fn main() {}
