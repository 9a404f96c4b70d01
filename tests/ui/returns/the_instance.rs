// A receiver changes the row in place.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn lower_case(instance: &mut User) -> &mut User {
    instance.name.make_ascii_lowercase();
    instance
}

fn main() {}
