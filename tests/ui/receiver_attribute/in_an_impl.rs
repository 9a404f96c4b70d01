// A receiver is a function of a module, and no method.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

impl User {
    #[receiver(post_save, sender = User)]
    fn welcome(instance: &User) {}
}

fn main() {}
