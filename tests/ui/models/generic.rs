// A model is one table, so it has no type parameters.
use signals::prelude::*;

#[model]
struct Tagged<T> { #[key] id: Id<Tagged<T>>, value: T }

fn main() {}
