// An id is that of a model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id, #[foreign_key(on_delete = set_null)] friend: Option<Id> }

fn main() {}
