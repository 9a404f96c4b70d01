// `when` is a function of the payload that the signal sends.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

fn is_large(user: &User) -> bool { true }

#[receiver(post_save, sender = User, when = is_large)]
fn welcome() {}

fn main() {}
