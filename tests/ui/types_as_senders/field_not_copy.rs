// A field is `Copy` or a reference.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M, note: String }

fn main() {}
