// PostgreSQL finds its own tables first, so that no table can have their prefix, even from an app.
use signals::prelude::*;

#[model(app = "pg")]
struct User { #[key] id: Id<User> }

fn main() {}
