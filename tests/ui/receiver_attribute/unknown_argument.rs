// The error for a misspelt argument offers the nearest one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sendr = User)]
fn welcome() {}

fn main() {}
