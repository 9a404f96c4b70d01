// An `id` has at least one letter.
use signals::prelude::*;

#[receiver(post_save, id = "")]
fn welcome() {}

fn main() {}
