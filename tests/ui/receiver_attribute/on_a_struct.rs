// A receiver is a function.
use signals::prelude::*;

#[receiver(post_save)]
struct Welcome;

fn main() {}
