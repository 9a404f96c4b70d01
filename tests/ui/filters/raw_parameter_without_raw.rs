// A receiver is called for raw writes only with `raw = true`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(pre_save, sender = User)]
fn audit(raw: bool) {}

fn main() {}
