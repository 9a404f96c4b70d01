// `adding` says whether the row is new: it is a `bool`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn before(adding: Option<bool>) {}

fn main() {}
