// A misspelt `instance` is one error, also if the body has the right name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instnce: &User) { println!("{}", instance.name) }

fn main() {}
