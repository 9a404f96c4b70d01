// `set_null` needs a type that can be null, also under an alias.
use signals::prelude::*;

type UserId = Id<User>;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Post { #[key] id: Id<Post>, #[foreign_key(on_delete = set_null)] author: UserId }

fn main() {}
