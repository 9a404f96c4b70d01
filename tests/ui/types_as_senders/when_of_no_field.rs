// `when` sees the payload of the sender.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = User, when = |event| event.instance.age > 18)]
fn welcome(instance: &User) {}

fn main() {}
