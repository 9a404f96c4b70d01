// A function receives a signal of one sender once.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = [User, User])]
fn welcome() {}

fn main() {}
