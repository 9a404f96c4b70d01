// An `id` is text in quotes.
use signals::prelude::*;

#[receiver(post_save, id = welcome)]
fn welcome() {}

fn main() {}
