// A syntax error is an error of the compiler alone; the model is still one.

use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique, index]
    name: String,
}

#[receiver(post_save, sender = User)]
fn log(instance: &User) {}

fn main() {}
