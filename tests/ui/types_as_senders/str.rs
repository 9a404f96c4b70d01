// A sender is a sized type.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = str)]
fn welcome() {}

fn main() {}
