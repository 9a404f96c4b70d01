// A payload has references to its sender.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instances: Vec<M>, note: &'a str }

fn main() {}
