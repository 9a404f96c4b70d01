// Only a function can receive.
use signals::prelude::*;

#[receiver(post_save)]
struct Welcome;

fn main() {}
