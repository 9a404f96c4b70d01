// `changed` needs a signal of a model.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = User, changed(name))]
fn welcome(instance: &User) {}

fn main() {}
