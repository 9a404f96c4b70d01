// A synchronous signal has no async receivers.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = User)]
async fn welcome(instance: &User) {}

fn main() {}
