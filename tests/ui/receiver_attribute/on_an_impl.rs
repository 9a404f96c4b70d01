// Only a function can receive.
use signals::prelude::*;

struct Welcome;

#[receiver(post_save)]
impl Welcome {}

fn main() {}
