// A signal has one type parameter.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized, N: ?Sized> { instance: &'a M, origin: &'a N }

fn main() {}
