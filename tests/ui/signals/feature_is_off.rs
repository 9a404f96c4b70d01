// The signals of requests are in a module that has a feature.
use signals::prelude::*;

#[receiver(request_finished)]
fn log(elapsed: std::time::Duration) {}

fn main() {}
