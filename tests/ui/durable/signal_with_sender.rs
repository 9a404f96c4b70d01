// A sender is a type, which is not stored.
use signals::prelude::*;

#[signal(durable, sender)]
struct Saved<'a, T: ?Sized> { instance: &'a T }

fn main() {}
