// A signal with an `output` wants one from each receiver.
use signals::prelude::*;

struct Vote;

#[signal(output = Vote)]
struct Proposed { law: String }

#[receiver(Proposed)]
fn oppose(law: &str) {}

fn main() {}
