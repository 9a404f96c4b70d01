// Before the save nothing has changed: the error names the signals that know what changed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(pre_save, sender = User, changed(email))]
fn mail() {}

fn main() {}
