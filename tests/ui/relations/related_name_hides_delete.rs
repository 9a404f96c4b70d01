// A `related_name` must not be a method that every model has.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Post { #[key] id: Id<Post>, #[foreign_key(on_delete = cascade, related_name = "delete")] user: Id<User> }

fn main() {}
