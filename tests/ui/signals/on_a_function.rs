// A signal is declared by a struct.
use signals::prelude::*;

#[signal]
fn shipped() {}

fn main() {}
