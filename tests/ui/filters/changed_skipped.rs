// What is not stored is never changed by a save.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[skip] cached: String }

#[receiver(post_save, sender = User, changed(cached))]
fn mail() {}

fn main() {}
