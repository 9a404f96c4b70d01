// An `id` is a string literal.
use signals::prelude::*;

#[receiver(post_save, id = welcome)]
fn welcome() {}

fn main() {}
