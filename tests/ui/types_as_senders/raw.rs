// `raw` needs a signal of a model.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = User, raw = true)]
fn welcome(instance: &User) {}

fn main() {}
