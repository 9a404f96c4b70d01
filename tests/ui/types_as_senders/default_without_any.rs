// The trait of all senders has `Any` as a supertrait.
use signals::prelude::*;

struct User { name: String }

trait Entity: Send + Sync {}

#[signal(sender)]
struct Saved<'a, M: ?Sized = dyn Entity> { instance: &'a M }

fn main() {}
