// rustc reports two parameters of one name.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(created: bool, created: bool) {}

fn main() {}
