// A save never changes a field that is not stored.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[skip] cached: String }

#[receiver(post_save, sender = User, changed(cached))]
fn mail() {}

fn main() {}
