// A `&mut` field cannot refer to the lifetime of the signal again.
use signals::prelude::*;

struct User { name: String }

struct Transaction<'a> { log: &'a str }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M, tx: &'a mut Transaction<'a> }

fn main() {}
