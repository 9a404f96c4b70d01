// A text is no error of this library until it is converted.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn check(instance: &User) -> Result<()> {
    if instance.name.is_empty() { Err("a user needs a name") } else { Ok(()) }
}

fn main() {}
