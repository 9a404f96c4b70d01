// Rows are read synchronously.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_load, sender = User)]
async fn decrypt(instance: &mut User) {}

fn main() {}
