// An update has the type of the field.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[update("now")] saves: i64 }

fn main() {}
