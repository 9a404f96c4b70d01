// A closure in a constant is no function.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
const WELCOME: fn(&User) = |instance| println!("{}", instance.name);

fn main() {}
