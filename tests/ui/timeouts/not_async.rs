//! A receiver that is not async cannot be stopped.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User, timeout = "5s")]
fn welcome(instance: &User) {
    println!("{}", instance.id);
}

fn main() {}
