// `changed` names fields of the model: the error names the wrong one and offers the nearest.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, changed(emial))]
fn mail() {}

fn main() {}
