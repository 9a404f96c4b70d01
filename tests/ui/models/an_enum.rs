// A model is a struct.
use signals::prelude::*;

#[model]
enum Status { Open, Closed }

fn main() {}
