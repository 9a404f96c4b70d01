// The model of the users is a type.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = settings.AUTH_USER_MODEL)]
fn welcome(instance: &User) {}

fn main() {}
