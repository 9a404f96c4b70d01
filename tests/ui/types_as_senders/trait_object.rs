// A receiver of every type names no sender.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = dyn std::any::Any)]
fn welcome() {}

fn main() {}
