// The signals of logins are sent by models that implement `AuthUser`.
use signals::auth::user_logged_in;
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[unique] name: String }

#[receiver(user_logged_in, sender = User)]
fn greet(user: &User) {}

fn main() {}
