// A field does not hold a row of another model. It points to the row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }
#[model]
struct Post { #[key] id: Id<Post>, author: Option<User> }

fn main() {}
