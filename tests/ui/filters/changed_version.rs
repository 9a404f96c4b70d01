// Every save changes the version, so that it filters nothing.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, #[version] version: i64 }

#[receiver(post_save, sender = User, changed(email, version))]
fn log(instance: &User) {}

fn main() {}
