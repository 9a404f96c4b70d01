// A model is a struct.
use signals::prelude::*;

#[model]
fn user() {}

fn main() {}
