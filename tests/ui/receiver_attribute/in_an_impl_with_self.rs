// A receiver is no method, so that `Self` means nothing.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

impl User {
    #[receiver(post_save, sender = Self)]
    fn welcome(instance: &Self) {}
}

fn main() {}
