// The trait of all senders is the default of the type parameter.
use signals::prelude::*;

struct User { name: String }

trait Entity: std::any::Any + Send + Sync {}

#[signal(sender)]
struct Saved<'a, M: Entity + ?Sized> { instance: &'a M }

fn main() {}
