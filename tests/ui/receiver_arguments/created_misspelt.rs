// A parameter is the name of a field of the payload; the compiler offers the nearest.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &User, craeted: bool) {}

fn main() {}
