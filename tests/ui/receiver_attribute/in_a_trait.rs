// A receiver has a body, and is no method of a trait.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

trait Welcomes {
    #[receiver(post_save, sender = User)]
    fn welcome(instance: &User);
}

fn main() {}
