// A syntax error is an error of the compiler alone.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance) {}

#[receiver(post_save, sender = User, after = [welcome])]
fn log(instance: &User) {}

fn main() {}
