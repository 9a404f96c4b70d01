// The senders are those of the receivers.
use signals::prelude::*;

struct User { name: String }

#[signal(sender = User)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

fn main() {}
