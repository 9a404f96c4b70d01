// The instance is that of the sender.
use signals::prelude::*;

struct User { name: String }

struct Order;

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = Order)]
fn welcome(instance: &User) {}

fn main() {}
