// A signal with senders has a type parameter for them.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a> { instance: &'a User }

fn main() {}
