// Before the save nothing has changed yet: say who knows what changed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(pre_save, sender = User, changed(email))]
fn mail() {}

fn main() {}
