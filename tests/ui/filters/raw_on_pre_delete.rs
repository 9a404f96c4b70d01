// A raw write is a save, never a delete.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_delete, sender = User, raw = true)]
fn audit(instance: &User) {}

fn main() {}
