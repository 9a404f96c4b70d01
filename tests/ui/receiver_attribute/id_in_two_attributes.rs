// A function has one `id`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, id = "audit-of-saves")]
#[receiver(post_delete, sender = User, id = "audit-of-deletes")]
fn audit(instance: &User) {}

fn main() {}
