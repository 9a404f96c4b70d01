// A where clause restricts no senders.
use signals::prelude::*;

struct User { name: String }

trait Entity: std::any::Any + Send + Sync {}

#[signal(sender)]
struct Saved<'a, M: ?Sized> where M: Entity { instance: &'a M }

fn main() {}
