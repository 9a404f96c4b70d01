// A parameter may borrow the field that it names, with the field's type: a `&bool`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &User, created: &str) {}

fn main() {}
