// A receiver names its signal.
use signals::prelude::*;

#[receiver]
fn welcome() {}

fn main() {}
