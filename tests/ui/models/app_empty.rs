// An app has a name.
use signals::prelude::*;

#[model(app = "")]
struct User { #[key] id: Id<User> }

fn main() {}
