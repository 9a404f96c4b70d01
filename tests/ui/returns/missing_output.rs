// Each receiver of a signal with an `output` returns one.
use signals::prelude::*;

struct Vote;

#[signal(output = Vote)]
struct Proposed { law: String }

#[receiver(Proposed)]
fn oppose(law: &str) {}

fn main() {}
