// The message says which type `tx` has, and what it is for.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(tx: &Db) {}

fn main() {}
