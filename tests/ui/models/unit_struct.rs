// A model has at least a key.
use signals::prelude::*;

#[model]
struct User;

fn main() {}
