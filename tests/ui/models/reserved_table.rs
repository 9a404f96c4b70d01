// The name of a table is no reserved word of SQL.
use signals::prelude::*;

#[model]
struct Value { #[key] id: Id<Value> }

fn main() {}
