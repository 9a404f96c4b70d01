// A receiver is a function.
use signals::prelude::*;

struct Welcome;

#[receiver(post_save)]
impl Welcome {}

fn main() {}
