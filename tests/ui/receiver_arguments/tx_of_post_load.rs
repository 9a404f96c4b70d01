// A row that was read is no reason to write.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_load, sender = User)]
fn decrypt(instance: &mut User, tx: &mut Tx) {}

fn main() {}
