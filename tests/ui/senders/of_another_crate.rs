// A type of another crate is no model.
use signals::prelude::*;

#[receiver(post_save, sender = String)]
fn welcome() {}

fn main() {}
