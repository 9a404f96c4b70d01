// The parameter of a condition is the whole payload.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, when = |user: &User| user.email.is_empty())]
fn remind(instance: &User) {}

fn main() {}
