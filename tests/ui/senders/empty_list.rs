// A list of senders has at least one.
use signals::prelude::*;

#[receiver(post_save, sender = [])]
fn welcome() {}

fn main() {}
