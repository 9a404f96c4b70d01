// A model has a key.
use signals::prelude::*;

#[model]
struct User { name: String }

fn main() {}
