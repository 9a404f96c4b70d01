// An optional relation is an `Option` of an `Id`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[foreign_key(on_delete = cascade)] group: Option<String> }

fn main() {}
