// A sender that is no model is one mistake, even if its fields are named.
use signals::prelude::*;

struct Config { name: String }

#[receiver(post_save, sender = Config, changed(name))]
fn reload() {}

fn main() {}
