// A parameter is a field of the struct.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M, created: bool }

#[receiver(Saved, sender = User)]
fn welcome(instance: &User, create: bool) {}

fn main() {}
