// Three mistakes in the parameters are three errors in one run.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &User, craeted: bool, tz: u8, created: u8) {}

fn main() {}
