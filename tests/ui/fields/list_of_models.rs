// The other model points to this one, or rows are related to several.
use signals::prelude::*;

#[model]
struct Post { #[key] id: Id<Post> }
#[model]
struct User { #[key] id: Id<User>, posts: Vec<Post> }

fn main() {}
