// A receiver without a sender receives from every type.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved)]
fn welcome(instance: &User) {}

fn main() {}
