// An argument that is like no other is answered with all that there are.
use signals::prelude::*;

#[receiver(post_save, priority = 5)]
fn welcome() {}

fn main() {}
