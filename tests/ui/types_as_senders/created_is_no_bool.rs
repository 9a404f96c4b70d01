// The field `created` is a `bool`.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M, created: u32 }

#[receiver(Saved, sender = User, created = true)]
fn welcome(instance: &User) {}

fn main() {}
