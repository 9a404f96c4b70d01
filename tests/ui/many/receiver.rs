// Three mistakes in one attribute are three errors in one run.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sendr = User, created = 1, id = welcome)]
fn welcome() {}

fn main() {}
