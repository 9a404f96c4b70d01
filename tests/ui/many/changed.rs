// Fields are names, and each mistake is one error.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, changed("email", User::id))]
fn verify(instance: &User) {}

fn main() {}
