// A type parameter stands for the sender.
use signals::prelude::*;

struct User { name: String }

#[signal(async)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

fn main() {}
