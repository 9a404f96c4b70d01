// `post_load` has no `tx`, because reading a row does not write.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_load, sender = User)]
fn decrypt(instance: &mut User, tx: &mut Tx) {}

fn main() {}
