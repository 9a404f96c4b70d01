// A receiver only changes what the signal lets it change.
use signals::prelude::*;

#[signal]
struct Render<'a> { context: &'a Vec<String> }

#[receiver(Render)]
fn add(context: &mut Vec<String>) {}

fn main() {}
