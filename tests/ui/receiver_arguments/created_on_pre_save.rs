// Before the save it is unknown whether the row will be inserted: `pre_save` has no `created`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn welcome(instance: &mut User, created: bool) {}

fn main() {}
