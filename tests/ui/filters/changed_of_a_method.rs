// A method is no field.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

impl User {
    fn domain(&self) -> &str { &self.email }
}

#[receiver(post_save, sender = User, changed(domain))]
fn verify(instance: &User) {}

fn main() {}
