// A sender that is no model is one mistake, whatever depends on it.
use signals::prelude::*;

struct Config;

#[receiver(post_save, sender = Config)]
async fn welcome(instance: &Config, created: bool, tx: &mut Tx) {}

fn main() {}
