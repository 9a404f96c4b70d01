// The value itself is stored.
use signals::prelude::*;

#[model]
struct Post { #[key] id: Id<Post>, parent: Option<Box<Post>> }

fn main() {}
