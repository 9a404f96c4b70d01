// PostgreSQL finds its own tables first, also by the name of an app.
use signals::prelude::*;

#[model(app = "pg")]
struct User { #[key] id: Id<User> }

fn main() {}
