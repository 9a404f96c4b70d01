// An attribute that nobody knows is rustc's own business.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[searchable] name: String }

fn main() {}
