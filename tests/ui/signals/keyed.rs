// The signal is the only argument without a name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(signal = post_save, sender = User)]
fn welcome(instance: &User) {}

fn main() {}
