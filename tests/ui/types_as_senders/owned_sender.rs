// A payload does not own its sender.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<M: ?Sized> { created: bool, instance: Box<M> }

fn main() {}
