// Before the save it is unknown whether the row will be inserted: `pre_save` cannot filter by it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User, created = true)]
fn welcome(instance: &mut User) {}

fn main() {}
