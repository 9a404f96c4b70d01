// A path is not written as in Python.
use signals::prelude::*;

mod accounts {
    use signals::prelude::*;
    #[model]
    pub struct User { #[key] pub id: Id<User> }
}

#[receiver(post_save, sender = accounts.User)]
fn welcome(instance: &accounts::User) {}

fn main() {}
