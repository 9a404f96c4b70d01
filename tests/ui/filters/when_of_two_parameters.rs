// The fields of the payload are not parameters of a condition.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User, when = |instance, created| created && !instance.email.is_empty())]
fn welcome(instance: &User) {}

fn main() {}
