// An instance that is lent as `&` cannot be changed.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = User)]
fn rename(instance: &mut User) {}

fn main() {}
