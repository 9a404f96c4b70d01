// `created` filters by a field of the struct.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = User, created = true)]
fn welcome(instance: &User) {}

fn main() {}
