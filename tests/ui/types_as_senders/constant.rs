// A signal has no constant in its type.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, const N: usize, M: ?Sized> { instance: &'a M }

fn main() {}
