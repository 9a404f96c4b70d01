// A receiver is a plain function, not a method.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

impl User {
    #[receiver(post_save, sender = User)]
    fn welcome(&self) {}
}

fn main() {}
