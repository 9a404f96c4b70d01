// The type parameter also stands for a trait object.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M> { instance: &'a M }

#[receiver(Saved, sender = User)]
fn welcome(instance: &User) {}

fn main() {}
