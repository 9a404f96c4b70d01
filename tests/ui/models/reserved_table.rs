// The table of a model is no reserved word of SQL.
use signals::prelude::*;

#[model]
struct Value { #[key] id: Id<Value> }

fn main() {}
