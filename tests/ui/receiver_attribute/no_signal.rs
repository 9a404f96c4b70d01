// A receiver says what it receives.
use signals::prelude::*;

#[receiver]
fn welcome() {}

fn main() {}
