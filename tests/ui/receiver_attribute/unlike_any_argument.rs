// The error for an argument that resembles no other lists them all.
use signals::prelude::*;

#[receiver(post_save, priority = 5)]
fn welcome() {}

fn main() {}
