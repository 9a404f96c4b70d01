// A sender is a model: the error names `#[model]`.
use signals::prelude::*;

struct Config;

#[receiver(post_save, sender = Config)]
fn welcome() {}

fn main() {}
