// A symmetrical relation is the same from both sides.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[many_to_many(related_name = "fans")] friends: ManyToMany<User> }

fn main() {}
