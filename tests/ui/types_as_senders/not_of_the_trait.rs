// A sender implements the trait that the signal names.
use signals::prelude::*;

struct User { name: String }

trait Entity: std::any::Any + Send + Sync {}

#[signal(sender)]
struct Saved<'a, M: ?Sized = dyn Entity> { instance: &'a M }

#[receiver(Saved, sender = User)]
fn welcome(instance: &User) {}

fn main() {}
