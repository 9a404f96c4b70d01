// A model is made by an attribute. Its fields have attributes without a further error, and it can be used.

use signals::prelude::*;

#[derive(Default, Model)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    name: String,
}

#[receiver(post_save, sender = User)]
fn log(instance: &User) {}

fn main() {}
