// The default of the type parameter is a trait object.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized = User> { instance: &'a M }

fn main() {}
