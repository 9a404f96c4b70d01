// An argument has a value.
use signals::prelude::*;

#[receiver(post_save, sender)]
fn welcome() {}

fn main() {}
