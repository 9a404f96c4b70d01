// There is no previous row after an insert.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn compare(instance: &User, previous: &User) {}

fn main() {}
