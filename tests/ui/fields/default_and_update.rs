// Every save sets a field with `update`: its default is never written.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(1)] #[update(2)] saved: i64 }

fn main() {}
